package dev.berth.cli;

import static java.util.stream.Collectors.joining;

import dev.berth.cli.command.EditDistance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Suggests what to type instead of a command that does not exist.
final class Suggestion {
    private static final String LIST = "; berth --help lists the commands";

    private Suggestion() {}

    /// The text after "no such command: …" in a message, with the line to copy if there is one.
    ///
    /// @param before the words before the command: `berth`, or `berth help`
    /// @param words the rest of the command line; its first word is not a command
    static String after(String before, List<String> words) {
        if (OtherProcessManagers.asksForLogs(words.getFirst())) {
            return "; " + OtherProcessManagers.whereLogsAre(words);
        }
        return OtherProcessManagers.instead(words)
                .or(() -> nearest(words))
                .map(
                        line ->
                                " (did you mean %s?); try: %s%s"
                                        .formatted(line.getFirst(), before, typed(line)))
                .orElse(LIST);
    }

    private static Optional<List<String>> nearest(List<String> words) {
        String word = words.getFirst();
        Optional<Verb> best = Optional.empty();
        int least = Math.max(1, word.length() / 2);
        for (Verb verb : Verb.values()) {
            int distance = EditDistance.of(word, verb.word());
            if (distance < least || (distance == least && best.isEmpty())) {
                least = distance;
                best = Optional.of(verb);
            }
        }
        return best.map(verb -> replaced(words, verb.word()));
    }

    private static List<String> replaced(List<String> words, String first) {
        List<String> line = new ArrayList<>(words);
        line.set(0, first);
        return line;
    }

    private static String typed(List<String> line) {
        // A two-word command is one element, but must not be quoted as one word.
        return " "
                + line.getFirst()
                + line.stream().skip(1).map(word -> " " + quoted(word)).collect(joining());
    }

    /// Quoted so that a shell reads it as one word.
    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_@%+=:,./{}-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
