package windows

func NewCallback(fn any) uintptr      { return 0 }
func NewCallbackCDecl(fn any) uintptr { return 0 }
