module gotriage.dev/testdata/basic

go 1.24
