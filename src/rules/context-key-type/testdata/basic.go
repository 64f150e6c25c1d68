package basic

import "context"

type key string

type id struct{}

const name = "user"

func values(ctx context.Context, k any) context.Context {
	ctx = context.WithValue(ctx, "user", 1) // want `the context key "user" is of the built-in type string`
	ctx = context.WithValue(ctx, name, 1)   // want `the context key name is of the built-in type string`
	ctx = context.WithValue(ctx, 7, 1)      // want `built-in type int`
	ctx = context.WithValue(ctx, key("user"), 1)
	ctx = context.WithValue(ctx, id{}, 1)
	return context.WithValue(ctx, k, 1)
}
