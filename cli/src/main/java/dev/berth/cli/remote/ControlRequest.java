package dev.berth.cli.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// A command in the form in which it is sent over the control socket: the verb, its arguments,
/// hints on how to print the answer, and after `--` a command line.
///
/// **Shape:** `VERB [ARGUMENT…] [--json] [--colour] [--columns N] [-- WORD…]`
///
/// @param command the words after `--`; empty if there is none
public record ControlRequest(
        List<String> arguments,
        boolean json,
        boolean colour,
        OptionalInt columns,
        List<String> command) {
    public ControlRequest {
        arguments = List.copyOf(arguments);
        command = List.copyOf(command);
    }

    /// Reads the result of [#words]; an unknown word is an argument.
    public static ControlRequest parse(List<String> words) {
        int end = words.indexOf("--");
        List<String> own = end < 0 ? words : words.subList(0, end);
        List<String> command = end < 0 ? List.of() : words.subList(end + 1, words.size());
        List<String> arguments = new ArrayList<>();
        OptionalInt columns = OptionalInt.empty();
        for (int i = 0; i < own.size(); i++) {
            boolean number = i + 1 < own.size() && own.get(i + 1).matches("[0-9]{1,5}");
            switch (own.get(i)) {
                case "--json", "--colour" -> {}
                case "--columns" -> {
                    columns = number ? OptionalInt.of(Integer.parseInt(own.get(++i))) : columns;
                }
                default -> arguments.add(own.get(i));
            }
        }
        return new ControlRequest(
                arguments, own.contains("--json"), own.contains("--colour"), columns, command);
    }

    /// The words that [#parse] reads.
    public List<String> words() {
        List<String> words = new ArrayList<>(arguments);
        if (json) {
            words.add("--json");
        }
        if (colour) {
            words.add("--colour");
        }
        columns.ifPresent(number -> words.addAll(List.of("--columns", String.valueOf(number))));
        if (!command.isEmpty()) {
            words.add("--");
            words.addAll(command);
        }
        return words;
    }
}
