package dev.berth.cli.remote;

import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The arguments of a roll other than the command, in the form in which they are sent over the
/// control socket.
///
/// **Shape:** `roll [SLOT] [--env=NAME=VALUE…] [--allow-new-addresses]`
///
/// @param environment variables to set
/// @param newAddresses whether new workers may listen on fewer or other addresses
public record RollArguments(
        OptionalInt slot, Map<String, String> environment, boolean newAddresses) {
    static final String NEW_ADDRESSES = "--allow-new-addresses";
    private static final String VERB = "roll";
    private static final String ENV = "--env=";

    /// Whether these are the arguments of a roll.
    public static boolean are(List<String> arguments) {
        return !arguments.isEmpty() && arguments.getFirst().equals(VERB);
    }

    /// Reads the result of [#words].
    public static RollArguments parse(List<String> arguments) throws UsageException {
        OptionalInt slot = OptionalInt.empty();
        Map<String, String> environment = new LinkedHashMap<>();
        boolean newAddresses = false;
        for (String word : arguments.subList(1, arguments.size())) {
            if (word.startsWith(ENV)) {
                EnvironmentVariables.put(environment, word.substring(ENV.length()), "--env");
            } else if (word.equals(NEW_ADDRESSES)) {
                newAddresses = true;
            } else if (word.matches("[0-9]{1,6}") && slot.isEmpty()) {
                slot = OptionalInt.of(Integer.parseInt(word));
            } else {
                throw new UsageException(
                        "this supervisor does not know the argument: roll " + word);
            }
        }
        return new RollArguments(slot, environment, newAddresses);
    }

    List<String> words() {
        List<String> words = new ArrayList<>(List.of(VERB));
        slot.ifPresent(number -> words.add(Integer.toString(number)));
        environment.forEach((name, value) -> words.add(ENV + name + "=" + value));
        if (newAddresses) {
            words.add(NEW_ADDRESSES);
        }
        return words;
    }

    /// The arguments for a log: variables without their values, which may be secret.
    public static String shown(List<String> arguments) {
        List<String> shown = new ArrayList<>();
        for (String word : arguments) {
            shown.add(word.startsWith(ENV) ? withoutValue(word) : word);
        }
        return String.join(" ", shown);
    }

    /// A value may have several lines, such as a PEM key.
    private static String withoutValue(String word) {
        int end = word.indexOf('=', ENV.length());
        return "--env " + (end < 0 ? "" : word.substring(ENV.length(), end + 1)) + "…";
    }

    /// The request to the supervisor.
    ///
    /// @param command the new command; empty for none
    public Request.Roll request(List<String> command) {
        Optional<Command> proposed =
                Optional.of(command).filter(words -> !words.isEmpty()).map(Command::new);
        return new Request.Roll(proposed, environment, slot, newAddresses);
    }
}
