package dev.berth.samples;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The parameters of a query; the paths are those of `node/streams.js`.
///
/// @param count the number of parts
/// @param millis the delay before a response, or after each part
/// @param bytes the size of each part
record Parts(int count, int millis, int bytes) {
    static Parts of(String query) {
        return new Parts(
                number(query, "parts", 10), number(query, "ms", 0), number(query, "bytes", 10));
    }

    byte[] part() {
        return "x".repeat(bytes).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static int number(String query, String name, int otherwise) {
        Matcher found =
                Pattern.compile("(^|[?&])" + name + "=([0-9]+)")
                        .matcher(query == null ? "" : query);
        return found.find() ? Integer.parseInt(found.group(2)) : otherwise;
    }
}
