package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Policy;

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
                        "Choose who gets the next connection (of udp:// the next datagram). In one"
                                + " step and without losing a connection; also during a roll. It"
                                + " holds until it is changed again; connections that are open stay"
                                + " where they are.",
                        "")
                .footer(
                        "",
                        "hash          by both addresses and ports",
                        "random        any",
                        "round-robin   one after the other, exactly (eBPF)",
                        "least-loaded  who has the fewest connections; one that does not accept"
                                + " gets none (eBPF, TCP)",
                        "source        always the same for one client address; when workers come"
                                + " or go, only their part of the clients changes over",
                        "cpu           the worker on the CPU that took the packet: slot i is pinned"
                                + " to the i-th CPU (a JVM that starts so counts one processor)",
                        "least-connections",
                        "              who has the fewest open connections (with --share dispatch,"
                                + " beside round-robin and source)",
                        "weighted:SLOT=WEIGHT,...",
                        "              a weight is a number beside the 1 of every other slot, or a"
                                + " percentage of all connections; 0 is none (where all that are"
                                + " ready have 0, all get the same)",
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
        String policy = policy(words.getLast());
        return Remote.call(name, List.of("steer", policy), List.of(), false, terminal);
    }

    private static String policy(String word) throws UsageException {
        try {
            return Policy.parse(word).word();
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
    }
}
