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
        return CommandSpec.create().addPositional(Options.words("NAME N", "0..*", RemoteHelp.NAME));
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
