package commands

import (
	"context"
	"errors"

	"fleetbeat/domain"
)

// Resume goes on with imports that were accepted and not completed, when the registry is ready: at a start, those that
// a crash interrupted. It returns when all are completed, or an error of the event log, or ctx's; the imports
// that it began to apply go on until the handlers are closed. One that another node is applying is applied by both, which
// adds nothing twice.
func (h *ImportFleetHandler) Resume(ctx context.Context) error {
	if err := h.w.registry.WaitReady(ctx); err != nil {
		return err
	}
	var errs []error
	for _, id := range h.w.registry.PendingImports() {
		h.mu.Lock()
		_, here := h.running[id]
		h.mu.Unlock()
		if here {
			continue
		}
		_, err := h.run(ctx, id, func() {}, func(background context.Context) (domain.Position, error) {
			stored, err := h.w.loadImport(background, id)
			if err != nil || stored.accepted == nil {
				return domain.Position{}, err
			}
			h.w.log.Info("resuming an import", "import", id, "rows", len(stored.rows))
			return h.w.applyImport(background, stored)
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
