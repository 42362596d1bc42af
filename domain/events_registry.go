package domain

// LogCreated is the first event of every log and gives it its id.
type LogCreated struct {
	ID string  `json:"id"`
	At Instant `json:"at"`
}

// SettingsChanged sets interval and grace for all.
type SettingsChanged struct {
	Settings
	At Instant `json:"at"`
}

// KeyCreated makes an API key. Of the key itself only what a [Proof] needs is kept, and a prefix to find it by.
type KeyCreated struct {
	ID         string     `json:"id"`
	Name       string     `json:"name,omitzero"`
	Prefix     string     `json:"prefix"`
	SHA256     string     `json:"sha256"`              // hexadecimal
	SessionKey string     `json:"sessionKey,omitzero"` // what proves sessions of the key: an Ed25519 public key, hexadecimal
	Scopes     []string   `json:"scopes"`
	CustomerID CustomerID `json:"customerId,omitzero"` // binds the key to one customer
	At         Instant    `json:"at"`
}

// KeyRevoked ends an API key.
type KeyRevoked struct {
	ID string  `json:"id"`
	At Instant `json:"at"`
}

// CustomerRegistered makes a customer known.
type CustomerRegistered struct {
	Customer
	At Instant `json:"at"`
}

// CustomerChanged gives all of a customer anew; what is absent is no longer set.
type CustomerChanged struct {
	Customer
	At Instant `json:"at"`
}

// VehicleRegistered makes a vehicle known and begins a new life of it: never seen.
type VehicleRegistered struct {
	Vehicle
	At Instant `json:"at"`
}

// VehicleChanged gives registration number and overrides of a vehicle anew; what is absent is no longer set.
type VehicleChanged struct {
	VIN                VIN    `json:"vin"`
	RegistrationNumber string `json:"registrationNumber"`
	Overrides
	At Instant `json:"at"`
}

// VehicleTransferred gives a vehicle to another customer.
type VehicleTransferred struct {
	VIN        VIN        `json:"vin"`
	CustomerID CustomerID `json:"customerId"`
	At         Instant    `json:"at"`
}

// VehicleDecommissioned ends the life of a vehicle.
type VehicleDecommissioned struct {
	VIN VIN     `json:"vin"`
	At  Instant `json:"at"`
}

// ImportRow is one line of an import, checked and with its customer found or made.
type ImportRow struct {
	Line               int        `json:"line"`
	VIN                VIN        `json:"vin"`
	RegistrationNumber string     `json:"registrationNumber"`
	CustomerID         CustomerID `json:"customerId"`
	Customer           string     `json:"customer"`
	CustomerAddress    string     `json:"customerAddress,omitzero"`
	NewCustomer        bool       `json:"newCustomer,omitzero"`
	Overrides
}

// ImportRows are some rows of an import. They count only once ImportAccepted follows.
type ImportRows struct {
	ID   string      `json:"id"`
	Rows []ImportRow `json:"rows"`
}

// ImportAccepted makes the rows of an import count: all are stored.
type ImportAccepted struct {
	ID   string  `json:"id"`
	Rows int     `json:"rows"`
	At   Instant `json:"at"`
}

// ImportCompleted says that every row of an import is applied to the registry.
type ImportCompleted struct {
	ID string  `json:"id"`
	At Instant `json:"at"`
}

// EventType returns the type under which the event is stored.
func (LogCreated) EventType() string { return TypeLogCreated }

// EventType returns the type under which the event is stored.
func (SettingsChanged) EventType() string { return TypeSettingsChanged }

// EventType returns the type under which the event is stored.
func (KeyCreated) EventType() string { return TypeKeyCreated }

// EventType returns the type under which the event is stored.
func (KeyRevoked) EventType() string { return TypeKeyRevoked }

// EventType returns the type under which the event is stored.
func (CustomerRegistered) EventType() string { return TypeCustomerRegistered }

// EventType returns the type under which the event is stored.
func (CustomerChanged) EventType() string { return TypeCustomerChanged }

// EventType returns the type under which the event is stored.
func (VehicleRegistered) EventType() string { return TypeVehicleRegistered }

// EventType returns the type under which the event is stored.
func (VehicleChanged) EventType() string { return TypeVehicleChanged }

// EventType returns the type under which the event is stored.
func (VehicleTransferred) EventType() string { return TypeVehicleTransferred }

// EventType returns the type under which the event is stored.
func (VehicleDecommissioned) EventType() string { return TypeVehicleDecommissioned }

// EventType returns the type under which the event is stored.
func (ImportRows) EventType() string { return TypeImportRows }

// EventType returns the type under which the event is stored.
func (ImportAccepted) EventType() string { return TypeImportAccepted }

// EventType returns the type under which the event is stored.
func (ImportCompleted) EventType() string { return TypeImportCompleted }
