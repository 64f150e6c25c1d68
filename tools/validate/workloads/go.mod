module gotriage.dev/validate

go 1.24
