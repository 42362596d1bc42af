package testengines

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// guardScript waits until nobody holds its input open any more. Then it ends the process group that was named last, and removes
// the folder ($2) if there is one.
const guardScript = `
trap '' INT TERM HUP
group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then
  kill -s "$1" -- "-$group"
  tries=0
  while kill -0 -- "-$group" 2>/dev/null && [ "$tries" -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
fi
[ -z "$2" ] || rm -rf -- "$2"
`

// guard is a shell that outlives us, however we end, and leaves nothing running.
type guard struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// newGuard starts a guard. It ends what it watches by a signal, and removes a folder unless its name is empty.
func newGuard(signal, remove string) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", guardScript, "guard", signal, remove)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it survives what is sent to our group
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a guard: %w", err)
	}
	return &guard{cmd, in}, nil
}

// watch names the process group that must not stay, 0 if there is none any more.
func (g *guard) watch(group int) {
	line := "\n"
	if group != 0 {
		line = fmt.Sprintf("%d\n", group)
	}
	_, _ = io.WriteString(g.in, line) // a guard that was killed cannot guard; the engine still does its work
}

// release lets the guard do its work and waits for it.
func (g *guard) release() error {
	_ = g.in.Close() // closed twice: it is released already
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("leave nothing behind: %w", err)
	}
	return nil
}
