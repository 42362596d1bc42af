package app

import "context"

// background runs do until the app stops, which waits for it to return. name is what an operator reads should it hang.
func (a *App) background(ctx context.Context, name string, do func(ctx context.Context)) {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(running)
	}()
	a.running.push(name, func(context.Context) error {
		cancel()
		<-ended
		return nil
	})
}
