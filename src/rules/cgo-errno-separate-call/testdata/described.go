package described

// #include <librdkafka/rdkafka.h>
import "C"

func produce(topic *C.rd_kafka_topic_t, payload *C.char, n C.size_t) C.rd_kafka_resp_err_t {
	if C.rd_kafka_produce_batch(topic, 0, 0, nil, 0) == 0 {
		return C.rd_kafka_last_error() // want `C\.rd_kafka_last_error asks for the error of C\.rd_kafka_produce_batch, perhaps on another thread`
	}
	return 0
}

// Where it stops: what is no state of the thread.
func version(topic *C.rd_kafka_topic_t) *C.char {
	C.rd_kafka_produce_batch(topic, 0, 0, nil, 0)
	return C.rd_kafka_version_str()
}
