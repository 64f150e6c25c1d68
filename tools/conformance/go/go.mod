module example.com/gotriage/conformance

go 1.26
