package dev.berth.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces the port number in texts: `{port}`, `{port+1}`.
final class PortPlaceholder {
    private static final Pattern PORT = Pattern.compile("\\{port(?:\\+(\\d{1,3}))?}");

    private PortPlaceholder() {}

    static String fill(String text) {
        Matcher matcher = PORT.matcher(text);
        return matcher.replaceAll(
                found -> {
                    String more = found.group(1);
                    return Integer.toString(
                            Scenario.PORT + (more == null ? 0 : Integer.parseInt(more)));
                });
    }
}
