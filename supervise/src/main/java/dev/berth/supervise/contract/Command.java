package dev.berth.supervise.contract;

import dev.berth.sys.CurrentJvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a worker runs: the words of a command line and the variables that a roll has set for it,
/// before `{slot}`, `{generation}` and `{java}` are replaced.
///
/// @param environment variables on top of those that the supervisor was started with
public record Command(List<String> words, Map<String, String> environment) {
    /// Words that a shell reads as they are, without quotes.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./{}-]+");

    /// Stands for the `java` that runs the supervisor, which is not necessarily the one in PATH.
    public static final String JAVA = "{java}";

    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command needs at least one word");
        }
    }

    /// A command with no variables of its own.
    public Command(List<String> words) {
        this(words, Map.of());
    }

    /// The same words, with `more` on top of the variables that the command has.
    public Command with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new Command(words, all);
    }

    /// The words that the worker `id` is started with.
    public List<String> wordsFor(WorkerId id) {
        return words.stream().map(word -> filled(word, id)).toList();
    }

    /// The variables that the worker `id` is started with, on top of `base`; sorted.
    public Map<String, String> environmentFor(WorkerId id, Map<String, String> base) {
        Map<String, String> all = new TreeMap<>(base);
        all.putAll(environment);
        all.replaceAll((_, value) -> filled(value, id));
        return all;
    }

    private static String filled(String text, WorkerId id) {
        return text.replace(JAVA, CurrentJvm.java().toString())
                .replace("{slot}", Integer.toString(id.slot()))
                .replace("{generation}", Integer.toString(id.generation()));
    }

    /// The words as a shell reads them: empty words and words with spaces are quoted. The variables
    /// are left out, as they may be secret.
    @Override
    public String toString() {
        return words.stream().map(Command::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
