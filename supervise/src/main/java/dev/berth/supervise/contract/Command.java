package dev.berth.supervise.contract;

import java.util.List;

/// What a worker runs: the words of a command line, before `{slot}` and `{generation}` are
/// replaced.
public record Command(List<String> words) {
    public Command {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least one word");
        }
    }

    /// The words that the worker `id` is started with.
    public List<String> wordsFor(WorkerId id) {
        return words.stream()
                .map(
                        word ->
                                word.replace("{slot}", Integer.toString(id.slot()))
                                        .replace("{generation}", Integer.toString(id.generation())))
                .toList();
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
