package domain

// IngestOpened says that a node receives heartbeats from At on. DeafFrom, where set, is since when it could not have
// received any; Why says the reason in a word (suspended, overloaded, stalled).
type IngestOpened struct {
	At       Instant `json:"at"`
	DeafFrom Instant `json:"deafFrom,omitzero"`
	Why      string  `json:"why,omitzero"`
}

// HeartbeatsRecorded is a batch: these heartbeats and, with them, every heartbeat that its node received before Until
// is in the log. An empty batch says that time has passed.
type HeartbeatsRecorded struct {
	Until      Instant     `json:"until"`
	Heartbeats []Heartbeat `json:"heartbeats,omitempty"`
}

// IngestClosed is a node's last event: everything it received is in the log, and from At on it received nothing.
type IngestClosed struct {
	At Instant `json:"at"`
}

// Cause is the event that proved a transition or a span, and the place among what it proved.
type Cause struct {
	Stream   string `json:"stream"`
	Revision int64  `json:"revision"`
	Index    int    `json:"index"`
}

// Transition is what both transitions carry: all that a view needs when the heartbeats before it have expired.
type Transition struct {
	VIN           VIN         `json:"vin"`
	Life          int64       `json:"life"`       // revision of the vehicle.registered it belongs to, in the vehicle's stream
	CustomerID    CustomerID  `json:"customerId"` // the owner at the transition
	At            Instant     `json:"at"`         // when it became true
	ProvedAt      Instant     `json:"provedAt"`   // up to when everything was known when it was found true; ≥ At
	LastHeartbeat Instant     `json:"lastHeartbeat"`
	LastLocation  *LocationAt `json:"lastLocation,omitzero"`
	Cause         Cause       `json:"cause"`
}

// VehicleConnected is the transition to connected.
type VehicleConnected struct{ Transition }

// VehicleDisconnected is the transition to disconnected.
type VehicleDisconnected struct{ Transition }

// ObservationInterrupted is a time in which heartbeats could not have been received. It changes no status and moves
// deadlines. Why is a word: restart, suspended, overloaded, stalled, left_out.
type ObservationInterrupted struct {
	Span
	Why   string `json:"why"`
	Cause Cause  `json:"cause"`
}

// FleetEvaluated says that every status as of AsOf, and every transition caused at or before Through, lies before this
// event. Newest is the greatest until of any node so far. One that resigns is its writer's last: a standby need not wait.
type FleetEvaluated struct {
	AsOf    Instant  `json:"asOf"`
	Through Position `json:"through"`
	Newest  Instant  `json:"newest"`
	Resigns bool     `json:"resigns,omitzero"`
}

// EventType returns the type under which the event is stored.
func (IngestOpened) EventType() string { return TypeIngestOpened }

// EventType returns the type under which the event is stored.
func (HeartbeatsRecorded) EventType() string { return TypeHeartbeatsRecorded }

// EventType returns the type under which the event is stored.
func (IngestClosed) EventType() string { return TypeIngestClosed }

// EventType returns the type under which the event is stored.
func (VehicleConnected) EventType() string { return TypeVehicleConnected }

// EventType returns the type under which the event is stored.
func (VehicleDisconnected) EventType() string { return TypeVehicleDisconnected }

// EventType returns the type under which the event is stored.
func (ObservationInterrupted) EventType() string { return TypeObservationInterrupted }

// EventType returns the type under which the event is stored.
func (FleetEvaluated) EventType() string { return TypeFleetEvaluated }
