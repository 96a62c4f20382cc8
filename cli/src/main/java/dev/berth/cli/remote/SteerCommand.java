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
        return CommandSpec.create()
                .addPositional(Options.words("NAME POLICY", "0..*", RemoteHelp.NAME));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<String> words = Options.words(parsed);
        if (words.isEmpty() || words.size() > 2) {
            throw new UsageException("needs [NAME] and a policy: " + Policy.WORDS);
        }
        Optional<String> name = RemoteHelp.name(words.subList(0, words.size() - 1));
        Policy policy = Options.checked(() -> Policy.parse(words.getLast()));
        return SupervisorCall.change(name, new Request.Steer(policy), terminal);
    }
}
