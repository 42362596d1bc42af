package domain

// Event is something that happened, as its type's struct. Its JSON has the field names of the API.
type Event interface {
	// EventType returns the versioned literal under which events of this type are stored, for ever.
	EventType() string
}

// The types of events: every one that was ever written. A type is never renamed and never derived from a name in Go; a
// payload that changes its meaning gets the next version.
const (
	TypeLogCreated             = "log.created.v1"
	TypeSettingsChanged        = "settings.changed.v1"
	TypeKeyCreated             = "key.created.v1"
	TypeKeyRevoked             = "key.revoked.v1"
	TypeCustomerRegistered     = "customer.registered.v1"
	TypeCustomerChanged        = "customer.changed.v1"
	TypeVehicleRegistered      = "vehicle.registered.v1"
	TypeVehicleChanged         = "vehicle.changed.v1"
	TypeVehicleTransferred     = "vehicle.transferred.v1"
	TypeVehicleDecommissioned  = "vehicle.decommissioned.v1"
	TypeImportRows             = "import.rows.v1"
	TypeImportAccepted         = "import.accepted.v1"
	TypeImportCompleted        = "import.completed.v1"
	TypeIngestOpened           = "ingest.opened.v1"
	TypeHeartbeatsRecorded     = "heartbeats.recorded.v1"
	TypeIngestClosed           = "ingest.closed.v1"
	TypeVehicleConnected       = "vehicle.connected.v1"
	TypeVehicleDisconnected    = "vehicle.disconnected.v1"
	TypeObservationInterrupted = "observation.interrupted.v1"
	TypeFleetEvaluated         = "fleet.evaluated.v1"
)

// NewEvent returns a pointer to the empty struct of an event type, for a codec to fill, or nil for an unknown type.
func NewEvent(eventType string) Event {
	switch eventType {
	case TypeLogCreated:
		return &LogCreated{}
	case TypeSettingsChanged:
		return &SettingsChanged{}
	case TypeKeyCreated:
		return &KeyCreated{}
	case TypeKeyRevoked:
		return &KeyRevoked{}
	case TypeCustomerRegistered:
		return &CustomerRegistered{}
	case TypeCustomerChanged:
		return &CustomerChanged{}
	case TypeVehicleRegistered:
		return &VehicleRegistered{}
	case TypeVehicleChanged:
		return &VehicleChanged{}
	case TypeVehicleTransferred:
		return &VehicleTransferred{}
	case TypeVehicleDecommissioned:
		return &VehicleDecommissioned{}
	case TypeImportRows:
		return &ImportRows{}
	case TypeImportAccepted:
		return &ImportAccepted{}
	case TypeImportCompleted:
		return &ImportCompleted{}
	case TypeIngestOpened:
		return &IngestOpened{}
	case TypeHeartbeatsRecorded:
		return &HeartbeatsRecorded{}
	case TypeIngestClosed:
		return &IngestClosed{}
	case TypeVehicleConnected:
		return &VehicleConnected{}
	case TypeVehicleDisconnected:
		return &VehicleDisconnected{}
	case TypeObservationInterrupted:
		return &ObservationInterrupted{}
	case TypeFleetEvaluated:
		return &FleetEvaluated{}
	}
	return nil
}
