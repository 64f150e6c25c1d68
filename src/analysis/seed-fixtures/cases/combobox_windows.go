package cases

import (
	"syscall"
	"unsafe"
)

var sendMessage = syscall.NewLazyDLL("user32.dll").NewProc("SendMessageW")

func send(message, wparam, lparam uintptr) uintptr {
	r, _, _ := sendMessage.Call(message, wparam, lparam)
	return r
}

func insertBySend(index int, text string) bool {
	address := uintptr(unsafe.Pointer(syscall.StringBytePtr(text))) // want `unsafe-uintptr-stored: `
	return send(0x014A, uintptr(index), address) != 0
}

func insert(index int, text string) bool {
	p, err := syscall.UTF16PtrFromString(text)
	if err != nil {
		return false
	}
	address := uintptr(unsafe.Pointer(p)) // want `unsafe-uintptr-stored: `
	r, _, _ := sendMessage.Call(0x014A, uintptr(index), address)
	return r != 0
}
