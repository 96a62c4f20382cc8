package dev.berth.supervise.contract;

import java.nio.file.Path;
import java.util.List;

/// What a worker runs: the words of a command line, before `{slot}`, `{generation}` and `{java}`
/// are replaced.
public record Command(List<String> words) {
    /// Stands for the `java` that runs the supervisor, which need not be the one on the PATH.
    public static final String JAVA = "{java}";

    public Command {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least one word");
        }
    }

    /// The words that the worker `id` is started with.
    public List<String> wordsFor(WorkerId id) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return words.stream()
                .map(
                        word ->
                                word.replace(JAVA, java)
                                        .replace("{slot}", Integer.toString(id.slot()))
                                        .replace("{generation}", Integer.toString(id.generation())))
                .toList();
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
