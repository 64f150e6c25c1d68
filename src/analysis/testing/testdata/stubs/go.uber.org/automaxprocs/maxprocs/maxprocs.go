// Package maxprocs sets GOMAXPROCS when it is asked to.
package maxprocs

type Option interface{ apply() }

func Set(opts ...Option) (func(), error) { return func() {}, nil }
