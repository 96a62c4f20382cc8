package dev.berth.lab;

import org.tomlj.Toml;
import org.tomlj.TomlTable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The verdicts that were recorded on kernels, to show what has changed. They never influence a
/// verdict.
///
/// **Shape:** the resource: a table for each kernel series, `["6.18"]`, of scenario and verdict.
public final class Expectations {
    private static final String RESOURCE = "expected.toml";

    private final TomlTable recorded;
    private final String release;
    private final KernelVersion kernel;

    private Expectations(TomlTable recorded, String release, KernelVersion kernel) {
        this.recorded = recorded;
        this.release = release;
        this.kernel = kernel;
    }

    /// The expectations for the running kernel.
    public static Expectations here() {
        try {
            return of(Scenarios.resource(RESOURCE), HostFeatures.here().release());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// The expectations that a text in the resource's form has for a kernel.
    ///
    /// @param release as returned by uname(2)
    public static Expectations of(String text, String release) {
        KernelVersion kernel = KernelVersion.parse(release);
        TomlTable recorded = Toml.parse(text).getTableOrEmpty(List.of(kernel.toString()));
        return new Expectations(recorded, release, kernel);
    }

    /// The release of the running kernel, as returned by uname(2).
    public String release() {
        return release;
    }

    /// Whether any verdict was recorded for this kernel's series.
    public boolean known() {
        return !recorded.isEmpty();
    }

    /// The verdict recorded for the scenario with this name on this kernel.
    public Optional<Verdict> of(String name) {
        return Optional.ofNullable(recorded.getString(List.of(name)))
                .map(text -> Verdict.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /// What has changed about a result; empty if it is as recorded, was skipped, or nothing is
    /// recorded.
    public Optional<String> news(ScenarioResult result) {
        if (result.broken()) {
            return Optional.of("the scenario did not run as it should");
        }
        return result.verdict() == Verdict.SKIPPED
                ? Optional.empty()
                : of(result.name())
                        .filter(verdict -> verdict != result.verdict())
                        .map(verdict -> "recorded on Linux " + kernel + ": " + verdict.text());
    }
}
