module gotriage.invalid/conformance/syntax

go 1.26
