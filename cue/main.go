//go:build wasip1

// Command cue is CUE's evaluator as a WebAssembly module without a host: it sees no file, no
// network and no clock beyond what a request brings. A caller writes a request as JSON into memory
// that alloc gave it, and reads the answer as JSON where evaluate says.
package main

import (
	"encoding/json"
	"runtime/debug"
	"unsafe"
)

// What the caller reads or writes between two calls; named here so that it is not collected.
var requestBytes, answerBytes []byte

//go:wasmexport alloc
func alloc(size uint32) uint32 {
	requestBytes = make([]byte, size)
	return address(requestBytes)
}

// evaluate reads a request of so many bytes from where alloc was, and returns the address of the
// answer in its upper half and its length in the lower.
//
//go:wasmexport evaluate
func evaluate(size uint32) uint64 {
	var request Request
	var answer Answer
	if err := json.Unmarshal(requestBytes[:size], &request); err != nil {
		answer = Answer{Errors: []Problem{{Message: "malformed request: " + err.Error()}}}
	} else {
		requestBytes = nil
		answer = Evaluate(request)
	}
	answerBytes, _ = json.Marshal(answer)
	return uint64(address(answerBytes))<<32 | uint64(len(answerBytes))
}

func address(bytes []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
}

func init() {
	// Few collections while there is room, and many before the limit that the build sets.
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(112 << 20)
}

func main() {}
