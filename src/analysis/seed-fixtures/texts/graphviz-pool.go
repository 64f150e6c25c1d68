package texts

// #include <graphviz/gvc.h>
import "C"

import "sync"

type instance struct{ gvc *C.GVC_t }

var instances = sync.Pool{
	New: func() any {
		gvc := C.gvContext()
		if gvc == nil {
			panic("no Graphviz context")
		}
		return &instance{gvc: gvc} // want `sync-pool-native-resource: `
	},
}

func (i *instance) Close() {
	if i.gvc != nil {
		C.gvFreeContext(i.gvc)
		i.gvc = nil
	}
}
