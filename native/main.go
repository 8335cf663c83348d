// The exporter without Node: one file that runs the exporter's own TypeScript, bundled, in a JavaScript engine, and gives
// it the host that exporter/host describes (docs/adr/0025-run-the-exporter-in-go.md). Nothing is accounted here.
package main

import (
	"embed"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
	_ "time/tzdata"

	"github.com/grafana/sobek"
)

// Made by tools/build.mjs of native/exporter.ts and native/commands.ts, and all that each imports: what the exporter has
// no use for is never loaded beside it.
//
//go:embed exporter.js commands.js
var bundles embed.FS

func main() {
	// What compiling leaves behind lies between what stays, and never becomes free as a whole: collect it soon.
	debug.SetGCPercent(20)
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
	name := "commands.js"
	if len(os.Args) > 1 && os.Args[1] == "exporter" {
		name = "exporter.js"
	}
	bundle, err := bundles.ReadFile(name)
	if err != nil {
		return fail(err)
	}
	program, err := sobek.Compile(name, string(bundle), false)
	if err != nil {
		return fail(err)
	}
	if _, err = host.vm.RunProgram(program); err != nil {
		return fail(err)
	}
	go keepMemorySmall()
	return host.run()
}

// It shares a router's memory with everything else there: rather some processor time than twice the heap. The limit
// follows what is in use, with room for the runtime and for one push: it counts what lies idle between objects too,
// which the percentage does not.
func keepMemorySmall() {
	const room = 8 << 20
	debug.SetGCPercent(40)
	debug.FreeOSMemory()
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		metrics.Read(inUse)
		debug.SetMemoryLimit(int64(inUse[0].Value.Uint64())*5/4 + room)
		time.Sleep(2 * time.Second)
	}
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
