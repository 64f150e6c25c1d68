// Package automaxprocs is imported for its effect.
package automaxprocs
