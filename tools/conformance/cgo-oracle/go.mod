module gotriage.dev/tools/conformance/cgo-oracle

go 1.25.0
