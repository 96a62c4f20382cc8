package dev.berth.lab;

import dev.berth.sys.Errno;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The outcome of a step.
///
/// @param result `OK`, the name of an errno, a text that was received, or what the step reports
/// @param figures what it measured
/// @param counts how many went where, by the name of a socket
/// @param sockets the cookies of the sockets that it created, by their id
public record StepResult(
        String result,
        Map<String, Double> figures,
        Map<String, Integer> counts,
        Map<String, String> sockets) {
    static final String OK = "OK";

    /// It took too long.
    static final String TIMEOUT = "TIMEOUT";

    /// The actor has ended.
    static final String GONE = "GONE";

    private static final String FIGURE = "figure ";
    private static final String COUNT = "count ";
    private static final String SOCKET = "socket ";

    private static final Set<String> ERRORS =
            Arrays.stream(Errno.values()).map(Errno::name).collect(Collectors.toSet());

    public StepResult {
        figures = SortedMaps.copy(figures);
        counts = SortedMaps.copy(counts);
        sockets = SortedMaps.copy(sockets);
    }

    static StepResult of(String result) {
        return new StepResult(result, Map.of(), Map.of(), Map.of());
    }

    static StepResult ok() {
        return of(OK);
    }

    /// The outcome of a system call: `OK`, or the name of its errno.
    static StepResult of(long value) {
        return value < 0 ? of(Errno.of((int) -value).name()) : ok();
    }

    StepResult with(String figure, double value) {
        Map<String, Double> more = new LinkedHashMap<>(figures);
        more.put(figure, value);
        return new StepResult(result, more, counts, sockets);
    }

    StepResult withCounts(Map<String, Integer> other) {
        return new StepResult(result, figures, other, sockets);
    }

    StepResult withSocket(String id, long cookie) {
        return new StepResult(result, figures, counts, Map.of(id, Long.toUnsignedString(cookie)));
    }

    StepResult withResult(String other) {
        return new StepResult(other, figures, counts, sockets);
    }

    /// Whether it reports a failure.
    boolean failed() {
        String word = result.substring(result.lastIndexOf(' ') + 1);
        return error(word) || word.equals(TIMEOUT) || word.equals(GONE);
    }

    /// Whether it is the name of an errno.
    static boolean error(String word) {
        return ERRORS.contains(word);
    }

    Map<String, List<String>> encode() {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        fields.put("result", List.of(result));
        figures.forEach((name, value) -> fields.put(FIGURE + name, List.of(value.toString())));
        counts.forEach((name, value) -> fields.put(COUNT + name, List.of(value.toString())));
        sockets.forEach((name, value) -> fields.put(SOCKET + name, List.of(value)));
        return fields;
    }

    static StepResult decode(Map<String, List<String>> fields) {
        Map<String, Double> figures = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, String> sockets = new LinkedHashMap<>();
        String result = "";
        for (Map.Entry<String, List<String>> field : fields.entrySet()) {
            String value = field.getValue().getFirst();
            String name = field.getKey().substring(field.getKey().indexOf(' ') + 1);
            if (field.getKey().startsWith(FIGURE)) {
                figures.put(name, Double.valueOf(value));
            } else if (field.getKey().startsWith(COUNT)) {
                counts.put(name, Integer.valueOf(value));
            } else if (field.getKey().startsWith(SOCKET)) {
                sockets.put(name, value);
            } else {
                result = value;
            }
        }
        return new StepResult(result, figures, counts, sockets);
    }
}
