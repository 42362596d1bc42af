package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

// NewVehicle is the body that registers a vehicle.
type NewVehicle struct {
	VIN                domain.VIN `json:"vin"`
	RegistrationNumber string     `json:"registrationNumber" maxLength:"16"`
	CustomerID         string     `json:"customerId,omitzero" doc:"The owner; give this or customer"`
	Customer           string     `json:"customer,omitzero" maxLength:"200" doc:"The owner's name; registered if there is none of that name"`
	IntervalSeconds    *int64     `json:"intervalSeconds,omitempty" minimum:"1" maximum:"604800" doc:"Inherited unless given"`
	GraceSeconds       *int64     `json:"graceSeconds,omitempty" minimum:"0" maximum:"604800" doc:"Inherited unless given"`
}

// VehicleChange is the body that changes a vehicle.
type VehicleChange struct {
	RegistrationNumber required[string] `json:"registrationNumber,omitzero" maxLength:"16"`
	CustomerID         required[string] `json:"customerId,omitzero" doc:"Another customer's id transfers the vehicle"`
	IntervalSeconds    optional[int64]  `json:"intervalSeconds,omitzero" minimum:"1" maximum:"604800" doc:"null inherits again"`
	GraceSeconds       optional[int64]  `json:"graceSeconds,omitzero" minimum:"0" maximum:"604800" doc:"null inherits again"`
}

// VehicleWritten is a vehicle as a write leaves it in the registry. Its contact is the business of reads.
type VehicleWritten struct {
	VIN                domain.VIN          `json:"vin"`
	RegistrationNumber string              `json:"registrationNumber"`
	Customer           queries.CustomerRef `json:"customer"`
	Status             domain.Status       `json:"status,omitempty" enum:"never_seen" doc:"After a registration; absent after a change, which is none of the status"`
	IntervalSeconds    *int64              `json:"intervalSeconds,omitempty" doc:"The vehicle's own; absent where it inherits"`
	GraceSeconds       *int64              `json:"graceSeconds,omitempty" doc:"The vehicle's own; absent where it inherits"`
	TimeoutSeconds     int64               `json:"timeoutSeconds"`
	RegisteredAt       domain.Instant      `json:"registeredAt"`
	Warnings           []string            `json:"warnings,omitempty" doc:"For people: nothing was refused"`
	Position           string              `json:"position" doc:"Read with after= this to see the change"`
}

// Written is the answer to a write that leaves nothing to show.
type Written struct {
	Position string `json:"position" doc:"Read with after= this to see the change"`
}

// addVehicleWrites registers what changes the registry of vehicles.
func (s *server) addVehicleWrites() {
	register(s, operation{
		id: "registerVehicle", method: http.MethodPost, path: vehiclesPath, tag: tagVehicles, status: http.StatusCreated,
		body: NewVehicle{}, problems: []int{http.StatusForbidden, http.StatusConflict},
		summary: "Register a vehicle", doc: "Registering a decommissioned VIN begins a new life of it: never seen.",
	}, s.registerVehicle)
	register(s, operation{
		id: "changeVehicle", method: http.MethodPatch, path: vehiclePath, tag: tagVehicles, params: []*huma.Param{vinParam()},
		body: VehicleChange{}, problems: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		summary: "Change or transfer a vehicle", doc: "What is absent stays as it is.",
	}, s.changeVehicle)
	register(s, operation{
		id: "decommissionVehicle", method: http.MethodDelete, path: vehiclePath, tag: tagVehicles, params: []*huma.Param{vinParam()},
		problems: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		summary:  "Decommission a vehicle", doc: "It ends the vehicle's life: heartbeats are refused, and the registration number is free again.",
	}, s.decommissionVehicle)
}

func (s *server) registerVehicle(ctx context.Context, r *request) (VehicleWritten, error) {
	body, err := bodyOf[NewVehicle](r)
	if err != nil {
		return VehicleWritten{}, err
	}
	result, err := s.deps.Commands.RegisterVehicle.Handle(ctx, commands.RegisterVehicle{
		VIN: string(body.VIN), RegistrationNumber: body.RegistrationNumber, CustomerID: domain.CustomerID(body.CustomerID),
		Customer:  body.Customer,
		Overrides: domain.Overrides{IntervalSeconds: body.IntervalSeconds, GraceSeconds: body.GraceSeconds},
	})
	if err != nil {
		return VehicleWritten{}, err
	}
	r.w.Header().Set("Location", "vehicles/"+string(result.VIN)) // relative to this operation's own path
	written := s.vehicleWritten(result)
	written.Status = domain.NeverSeen
	return written, nil
}

func (s *server) changeVehicle(ctx context.Context, r *request) (VehicleWritten, error) {
	vin, err := r.vin()
	r.check(err)
	if err := r.err(); err != nil {
		return VehicleWritten{}, err
	}
	body, err := bodyOf[VehicleChange](r)
	if err != nil {
		return VehicleWritten{}, err
	}
	cmd := commands.ChangeVehicle{
		VIN: string(vin), IntervalSeconds: body.IntervalSeconds.Change, GraceSeconds: body.GraceSeconds.Change,
	}
	cmd.RegistrationNumber, err = body.RegistrationNumber.value("registrationNumber")
	r.check(err)
	customer, err := body.CustomerID.value("customerId")
	r.check(err)
	if err := r.err(); err != nil {
		return VehicleWritten{}, err
	}
	cmd.CustomerID = (*domain.CustomerID)(customer)
	result, err := s.deps.Commands.ChangeVehicle.Handle(ctx, cmd)
	return s.vehicleWritten(result), err
}

func (s *server) decommissionVehicle(ctx context.Context, r *request) (Written, error) {
	vin, err := r.vin()
	if err != nil {
		return Written{}, err
	}
	result, err := s.deps.Commands.DecommissionVehicle.Handle(ctx, commands.DecommissionVehicle{VIN: string(vin)})
	return Written{Position: s.positions.text(result.Position)}, err
}

func (s *server) vehicleWritten(v commands.VehicleResult) VehicleWritten {
	return VehicleWritten{
		VIN: v.VIN, RegistrationNumber: v.RegistrationNumber, Customer: queries.CustomerRef{ID: v.Customer.ID, Name: v.Customer.Name},
		IntervalSeconds: v.IntervalSeconds, GraceSeconds: v.GraceSeconds, TimeoutSeconds: int64(v.Timeout.Total().Seconds()),
		RegisteredAt: v.RegisteredAt, Warnings: v.Warnings, Position: s.positions.text(v.Position),
	}
}
