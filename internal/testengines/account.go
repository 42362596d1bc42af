package testengines

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that an engine runs as: both refuse root. Whoever is not root runs them as themselves.
type account struct {
	name     string
	uid, gid int
	switches bool // we are root, and become this user
}

// accountFor returns the first of the named users that this machine has.
func accountFor(names ...string) (account, error) {
	if os.Getuid() != 0 {
		return account{uid: os.Getuid(), gid: os.Getgid()}, nil
	}
	for _, name := range names {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(found.Uid)
		gid, gidErr := strconv.Atoi(found.Gid)
		if uidErr == nil && gidErr == nil {
			return account{name: name, uid: uid, gid: gid, switches: true}, nil
		}
	}
	return account{}, fmt.Errorf("root may not run it, and there is no user of %q", names)
}

// command is a program that runs as the user in a folder, with nothing of our environment but the path, and in a process group of
// its own, so that a Ctrl-C for us is none for it.
func (a account) command(ctx context.Context, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.switches {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// own gives a folder with all that is in it to the user.
func (a account) own(dir string) error {
	if !a.switches {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, a.uid, a.gid)
	})
}

// canEnter says which folder on the way to dir the user may not pass. The engine would only say that its own files are missing.
func (a account) canEnter(dir string) error {
	if !a.switches {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && info.Mode().Perm()&1 == 0 && int(stat.Uid) != a.uid && int(stat.Gid) != a.gid {
			return fmt.Errorf("user %q may not enter %s, which is on the way to %s", a.name, at, dir)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}
