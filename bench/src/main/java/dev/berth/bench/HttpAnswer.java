package dev.berth.bench;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An HTTP/1.x response.
///
/// @param keeps whether the connection accepts another request
record HttpAnswer(int status, String body, boolean keeps) {
    /// `pid=42`, or the first entry of a listing of `/proc/self/task`.
    private static final Pattern PID = Pattern.compile("pid=(\\d+)|href=\"(\\d+)/\"");

    /// The pid in the body. In a listing of threads it may be any thread's, which
    /// [ProcFs#processOf(int)] resolves.
    OptionalInt pid() {
        Matcher matcher = PID.matcher(body);
        if (!matcher.find()) {
            return OptionalInt.empty();
        }
        String digits = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return OptionalInt.of(Integer.parseInt(digits));
    }
}
