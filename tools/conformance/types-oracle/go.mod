module gotriage.dev/tools/conformance/types-oracle

go 1.24
