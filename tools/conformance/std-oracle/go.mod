module gotriage.invalid/tools/conformance/std

go 1.26
