package remote

type Service struct{}

type Args struct{ A, B int }

// net/rpc wants a pointer for the reply.
func (Service) Map(args *Args, reply *map[int]int) error {
	(*reply)[args.A] = args.B
	return nil
}
