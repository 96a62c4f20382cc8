package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `berth steer [NAME] POLICY`.
public final class SteerCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addPositional(Options.words("NAME POLICY", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth steer [NAME] POLICY")
                .description(
                        "Choose which worker gets the next connection (with udp:// the next"
                                + " datagram). The change is made in one step and loses no"
                                + " connection; it is also possible during a roll. It applies until"
                                + " the next change. Open connections stay where they are.",
                        "")
                .footer(
                        "",
                        "hash          by a hash of both addresses and ports",
                        "random        any worker",
                        "round-robin   each worker in turn, exactly (eBPF)",
                        "least-loaded  the worker with the fewest connections; a worker that does"
                                + " not accept gets none (eBPF, TCP)",
                        "source        always the same worker for a client address; when workers"
                                + " come or go, only their share of the clients moves",
                        "cpu           the worker on the CPU that took the packet: slot i is pinned"
                                + " to the i-th CPU (a JVM started that way counts one processor)",
                        "least-connections",
                        "              the worker with the fewest open connections (with --share"
                                + " dispatch only, which also has round-robin and source)",
                        "weighted:SLOT=WEIGHT,...",
                        "              a weight is a number (every other slot has 1) or a"
                                + " percentage of all connections; 0 means none (if all ready slots"
                                + " have 0, all get the same)",
                        "",
                        "Examples:",
                        "  berth steer least-loaded",
                        "  berth steer web weighted:3=5%%",
                        "  berth steer web weighted:0=2,3=0.5");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<String> words = Options.words(parsed);
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("needs [NAME] and a policy: " + Policy.WORDS);
        }
        Optional<String> name =
                words.size() == 1
                        ? Optional.empty()
                        : Optional.of(RemoteHelp.checked(words.getFirst()));
        return SupervisorCall.change(name, new Request.Steer(policy(words.getLast())), terminal);
    }

    private static Policy policy(String word) throws UsageException {
        try {
            return Policy.parse(word);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
    }
}
