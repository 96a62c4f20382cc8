package dev.berth.bench;

import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The options of a bench command: `--name value`, or `--name` alone for a flag; what follows `--`
/// is passed to `berth run`.
///
/// @param values by name, without the hyphens; empty for a flag
/// @param rest what follows `--`
record BenchOptions(Map<String, String> values, List<String> rest) {
    BenchOptions {
        values = Map.copyOf(values);
        rest = List.copyOf(rest);
    }

    /// Parses a command line.
    ///
    /// @throws IllegalArgumentException if an argument is unknown; the message lists the known ones
    static BenchOptions parse(List<String> words, Set<String> flags, Set<String> options) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String name = word.replaceFirst("^--", "");
            if (word.equals("--")) {
                return new BenchOptions(values, words.subList(i + 1, words.size()));
            }
            if (flags.contains(name)) {
                values.put(name, "");
            } else if (options.contains(name) && i + 1 < words.size()) {
                values.put(name, words.get(++i));
            } else {
                throw new IllegalArgumentException(unknown(word, flags, options));
            }
        }
        return new BenchOptions(values, List.of());
    }

    private static String unknown(String word, Set<String> flags, Set<String> options) {
        List<String> known = new ArrayList<>();
        flags.stream().sorted().map(flag -> "--" + flag).forEach(known::add);
        options.stream().sorted().map(option -> "--" + option + " …").forEach(known::add);
        return "unknown argument: " + word + "; known are " + String.join(", ", known);
    }

    boolean has(String flag) {
        return values.containsKey(flag);
    }

    String text(String option, String otherwise) {
        return values.getOrDefault(option, otherwise);
    }

    int number(String option, int otherwise) {
        String value = values.get(option);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /// The sample servers that `--servers` names.
    List<SampleServer> servers(List<String> otherwise) {
        return list("servers", otherwise).stream().map(SampleServers::named).toList();
    }

    /// The sample server that `--server` names.
    SampleServer server(String otherwise) {
        return SampleServers.named(text("server", otherwise));
    }

    /// A comma-separated list.
    List<String> list(String option, List<String> otherwise) {
        String value = values.get(option);
        return value == null ? otherwise : List.of(value.split(","));
    }
}
