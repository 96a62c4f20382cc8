package dev.berth.cli.ports;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.BindRequest;
import dev.berth.net.ListenAddress;
import dev.berth.sys.Errno;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `berth why ADDRESS [--reuseaddr] [--reuseport] [--v6only] [--device DEV] [--uid N] [--json]`.
public final class WhyCommand implements Subcommand {
    private static final String EXAMPLE = "for example: berth why tcp://0.0.0.0:8080 --reuseaddr";

    /// `(uid_t) -1` means no uid.
    private static final long MOST_UID = 0xffff_fffeL;

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(
                        Options.flag(
                                "--reuseaddr",
                                "The socket sets SO_REUSEADDR (most TCP servers do)."))
                .addOption(Options.flag("--reuseport", "The socket sets SO_REUSEPORT."))
                .addOption(Options.flag("--v6only", "The socket sets IPV6_V6ONLY."))
                .addOption(
                        Options.one(
                                "DEV",
                                Options::text,
                                "The socket is bound to this interface (SO_BINDTODEVICE).",
                                "--device"))
                .addOption(
                        Options.one(
                                "N",
                                WhyCommand::uid,
                                "The uid of the process that creates the socket. Default: yours.",
                                "--uid"))
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addPositional(Options.words("ADDRESS", "0..*", "The address to bind."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        CommandFailure.unlessSupported("cannot ask the kernel");
        BindRequest request = request(parsed);
        BindForecast forecast = forecast(request);
        Optional<ListenAddress> other =
                Localhost.other(Options.words(parsed).getFirst(), request.address());
        if (other.isPresent()) {
            forecast = beside(forecast, forecast(request.withAddress(other.get().address())));
        }
        if (parsed.hasMatchedOption("--json")) {
            terminal.line(WhyJson.of(forecast));
        } else {
            new WhyText(terminal.columns(), SteeredGroup::of)
                    .lines(forecast)
                    .forEach(terminal::line);
        }
        return forecast.succeeds() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static BindForecast forecast(BindRequest request) throws UsageException, IOException {
        try {
            return BindForecast.of(request);
        } catch (IllegalArgumentException noDevice) {
            throw new UsageException(String.valueOf(noDevice.getMessage()));
        }
    }

    /// A forecast for one address of `localhost`, in view of the forecast for the other.
    private static BindForecast beside(BindForecast forecast, BindForecast other) {
        boolean absent = other.bind().equals(Optional.of(Errno.EADDRNOTAVAIL));
        boolean same =
                forecast.bind().equals(other.bind()) && forecast.listen().equals(other.listen());
        return absent || (same && other.certain())
                ? forecast
                : forecast.doubted(
                        "localhost also means ::1, where the answer is "
                                + other.bindAnswer()
                                + ": berth why "
                                + other.request().address());
    }

    private static BindRequest request(ParseResult parsed) throws UsageException {
        BindRequest request =
                BindRequest.of(address(Options.words(parsed)))
                        .withReuseaddr(parsed.hasMatchedOption("--reuseaddr"))
                        .withReuseport(parsed.hasMatchedOption("--reuseport"));
        if (parsed.hasMatchedOption("--v6only")) {
            request = request.withV6only(true);
        }
        Optional<String> device = Options.value(parsed, "--device");
        if (device.isPresent()) {
            request = request.withDevice(device.get());
        }
        Optional<Integer> uid = Options.value(parsed, "--uid");
        return uid.isPresent() ? request.withUid(uid.get()) : request;
    }

    private static ListenAddress address(List<String> words) throws UsageException {
        if (words.size() != 1) {
            throw new UsageException("needs one address to bind; " + EXAMPLE);
        }
        return Options.checked(() -> ListenAddress.parse(words.getFirst()));
    }

    private static int uid(String text) {
        if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= MOST_UID) {
            return (int) Long.parseLong(text);
        }
        throw new TypeConversionException(
                "a uid is a number from 0 to 4294967294, not " + Options.shown(text));
    }
}
