package dev.berth.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Maps the verbs of other process managers and tools to the commands of Berth.
final class OtherProcessManagers {
    private static final Map<String, Verb> VERBS =
            table(
                    Map.of(
                            Verb.STATUS, "ps list ls show info top monit",
                            Verb.ROLL, "restart reload rolling-restart upgrade update deploy",
                            Verb.RUN, "start up serve exec spawn launch",
                            Verb.STOP, "down delete rm quit exit shutdown",
                            Verb.SCALE, "resize workers",
                            Verb.DRAIN, "pause disable cordon",
                            Verb.UNDRAIN, "resume enable uncordon",
                            Verb.WHO, "lsof ss netstat port ports sockets",
                            Verb.WHY, "explain diagnose",
                            Verb.DOCTOR, "check env"));

    private static final Set<String> LOGS = Set.of("logs", "log", "tail", "journal", "output");

    /// Verbs that end a service, or, followed by a number, whatever owns that port. For a port the
    /// suggestion is `who`, to see the owner first.
    private static final Set<String> ENDINGS = Set.of("kill", "terminate", "halt", "free");

    private OtherProcessManagers() {}

    private static Map<String, Verb> table(Map<Verb, String> words) {
        Map<String, Verb> verbs = new HashMap<>();
        words.forEach(
                (verb, habits) ->
                        Stream.of(habits.split(" ")).forEach(habit -> verbs.put(habit, verb)));
        return Map.copyOf(verbs);
    }

    /// Whether somebody who typed `word` is looking for the workers' output.
    static boolean asksForLogs(String word) {
        return LOGS.contains(word);
    }

    /// Where to find the workers' output, since no command shows it.
    static String whereLogsAre(List<String> words) {
        String workers = words.size() > 1 ? "the workers of " + words.get(1) : "workers";
        return "Berth keeps no logs: the output of "
                + workers
                + " goes to wherever berth run was started (its terminal; under systemd: journalctl"
                + " -u UNIT), or to FILE with berth run --log FILE";
    }

    /// The whole command line to type instead, if the first word is another tool's verb.
    static Optional<List<String>> instead(List<String> words) {
        String habit = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        if (ENDINGS.contains(habit)) {
            List<String> names = rest.stream().filter(word -> !word.startsWith("-")).toList();
            boolean port = !names.isEmpty() && names.getFirst().matches("[0-9]+");
            return Optional.of(line(port ? Verb.WHO : Verb.STOP, names));
        }
        return Optional.ofNullable(VERBS.get(habit))
                .map(verb -> line(verb, verb == Verb.RUN ? running(habit, rest) : rest));
    }

    /// Other tools start a service by name; `run` needs a command or a file.
    private static List<String> running(String habit, List<String> rest) {
        if (habit.equals("up")) {
            return List.of("-f", "berth.toml");
        }
        return switch (rest.size()) {
            case 0 -> List.of("-n", "4", "--", "COMMAND");
            case 1 -> List.of("--name", rest.getFirst(), "-n", "4", "--", "COMMAND");
            default -> rest;
        };
    }

    private static List<String> line(Verb verb, List<String> rest) {
        return Stream.concat(Stream.of(verb.word()), rest.stream()).toList();
    }

    /// All words known here, so that a test can check that none has become a command.
    static Set<String> words() {
        return Stream.of(VERBS.keySet(), LOGS, ENDINGS)
                .flatMap(Set::stream)
                .collect(Collectors.toSet());
    }
}
