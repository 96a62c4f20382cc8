package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Request;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;

/// `berth scale [NAME] N`.
public final class ScaleCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addPositional(Options.words("NAME N", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth scale [NAME] N")
                .description(
                        "Change the number of workers to N. If there are more, the new ones get"
                                + " connections once they are ready. If there are fewer, the last"
                                + " slots get no new connections, finish those they have, and end.",
                        "")
                .footer(
                        "",
                        "Returns when this is done: 0, or 1 with the reason if a new worker does"
                                + " not become ready; the number of workers then stays as it was.",
                        "SIGTTIN and SIGTTOU to the supervisor add and remove a worker.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        NameAndNumber words = NameAndNumber.of(parsed, "the number of workers");
        if (words.number().matches("0+")) {
            throw new UsageException("at least one worker is needed; to stop all: berth stop");
        }
        try {
            Options.workers(words.number());
        } catch (TypeConversionException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
        return SupervisorCall.change(words.name(), new Request.Scale(words.value()), terminal);
    }
}
