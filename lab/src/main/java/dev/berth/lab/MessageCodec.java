package dev.berth.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The message format between the lab and its actors.
///
/// **Shape:** each field is a name and its values, with a byte 31 after each text and a byte 30
/// after each field; UTF-8. No text contains these two characters.
final class MessageCodec {
    private static final String FIELD = "\u001e";
    private static final String TEXT = "\u001f";

    private MessageCodec() {}

    static byte[] encode(Map<String, List<String>> fields) {
        var text = new StringBuilder();
        fields.forEach(
                (name, values) -> {
                    text.append(FIELD).append(name);
                    values.forEach(value -> text.append(TEXT).append(plain(value)));
                });
        return text.toString().getBytes(UTF_8);
    }

    private static String plain(String value) {
        return value.replace(FIELD, "?").replace(TEXT, "?");
    }

    static Map<String, List<String>> decode(byte[] message, int length) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        String text = new String(message, 0, length, UTF_8);
        for (String field : text.substring(Math.min(1, text.length())).split(FIELD, -1)) {
            List<String> parts = List.of(field.split(TEXT, -1));
            fields.put(parts.getFirst(), new ArrayList<>(parts.subList(1, parts.size())));
        }
        return fields;
    }
}
