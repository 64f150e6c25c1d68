package loops

func spin()

func sum(p *uint64, n int) uint64
