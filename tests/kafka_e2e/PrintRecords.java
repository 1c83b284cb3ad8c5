// Prints consumer records as the class of this kafka-clients prints them: by the constructor with the most arguments.
import java.lang.reflect.Constructor;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

public class PrintRecords {
    public static void main(String[] arguments) throws Exception {
        String[][] events = {{"ada", "{\"n\": 1}"}, {null, "{\"n\": 2}"}, {"bob", null}, {"k, value = x", "[1, 2]"}};
        for (int offset = 0; offset < events.length; offset++) {
            Headers headers = new RecordHeaders();
            if (offset % 2 == 1) {
                headers.add("h", "v".getBytes()).add("g", "wx".getBytes());
            }
            System.out.println(record(offset, events[offset][0], events[offset][1], headers));
        }
    }

    private static Object record(long offset, String key, String value, Headers headers) throws Exception {
        Constructor<?> longest = ConsumerRecord.class.getConstructors()[0];
        for (Constructor<?> other : ConsumerRecord.class.getConstructors()) {
            longest = other.getParameterCount() > longest.getParameterCount() ? other : longest;
        }
        Class<?>[] types = longest.getParameterTypes();
        Object[] given = new Object[types.length];
        int longs = 0, integers = 0, texts = 0, optionals = 0;
        for (int at = 0; at < types.length; at++) {
            if (types[at] == String.class) given[at] = "events";
            else if (types[at] == int.class) given[at] = new int[] {2, 3, 8}[integers++];
            else if (types[at] == long.class) given[at] = new long[] {offset, 1700000000001L, 0}[longs++];
            else if (types[at] == Long.class) given[at] = 0L;
            else if (types[at] == TimestampType.class) given[at] = TimestampType.CREATE_TIME;
            else if (types[at] == Headers.class) given[at] = headers;
            else if (types[at] == Optional.class) given[at] = optionals++ == 0 ? Optional.of(5) : Optional.empty();
            else given[at] = texts++ == 0 ? key : value;
        }
        return longest.newInstance(given);
    }
}
