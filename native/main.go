// The exporter without Node: one file that runs the exporter's own TypeScript, bundled, in a JavaScript engine, and gives
// it the host that exporter/host describes (docs/adr/0025-run-the-exporter-in-go.md). Nothing is accounted here.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	_ "time/tzdata"

	"github.com/grafana/sobek"
)

// Both are made by tools/build.mjs, of native/exporter.ts and native/commands.ts and all that each imports: what the
// exporter has no use for is never loaded beside it.

//go:embed exporter.js
var exporterBundle string

//go:embed commands.js
var commandsBundle string

func main() {
	// It shares a router's memory with everything else there: rather some processor time than twice the heap.
	debug.SetGCPercent(30)
	// The engine has one thread: to collect its garbage on others at the same time takes half as much time again.
	runtime.GOMAXPROCS(1)
	os.Exit(run())
}

func run() int {
	host := newLoop(sobek.New())
	host.vm.SetFieldNameMapper(sobek.UncapFieldNameMapper())
	api := host.vm.NewObject()
	for _, add := range []func(*loop, *sobek.Object){addBytes, addFiles, addNetwork, addPages, addSystem} {
		add(host, api)
	}
	if err := host.vm.Set("go", api); err != nil {
		return fail(err)
	}
	host.addTimers()
	name, bundle := "commands.js", commandsBundle
	if len(os.Args) > 1 && os.Args[1] == "exporter" {
		name, bundle = "exporter.js", exporterBundle
	}
	program, err := sobek.Compile(name, bundle, false)
	if err != nil {
		return fail(err)
	}
	if _, err = host.vm.RunProgram(program); err != nil {
		return fail(err)
	}
	debug.FreeOSMemory()
	return host.run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
