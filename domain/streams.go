package domain

// The streams of the log. Those with a fixed name hold what concerns the whole service.
const (
	LogStream         = "log"
	SettingsStream    = "settings"
	KeysStream        = "keys"
	ConnectionsStream = "connections"
	EvaluationsStream = "evaluations"
)

// IngestPrefix begins the names of the streams of nodes.
const IngestPrefix = "ingest-"

// CustomerStream returns the name of a customer's stream.
func CustomerStream(id CustomerID) string { return "customer-" + string(id) }

// VehicleStream returns the name of a vehicle's stream.
func VehicleStream(vin VIN) string { return "vehicle-" + string(vin) }

// ImportStream returns the name of an import's stream.
func ImportStream(id string) string { return "import-" + id }

// IngestStream returns the name of a node's stream.
func IngestStream(node string) string { return IngestPrefix + node }
