package dev.berth.lab;

import org.tomlj.Toml;
import org.tomlj.TomlTable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The verdicts that were recorded on kernels, to tell what is news. No verdict is made of them.
///
/// **shape** of the resource: a table a kernel series, `["6.18"]`, of scenario and verdict.
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

    /// Those for the kernel that runs.
    public static Expectations here() {
        try {
            return of(Scenarios.resource(RESOURCE), Machine.here().release());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Those that a text of the resource's form has for a kernel.
    ///
    /// - `release`: as uname(2) tells it
    public static Expectations of(String text, String release) {
        KernelVersion kernel = KernelVersion.parse(release);
        TomlTable recorded = Toml.parse(text).getTableOrEmpty(List.of(kernel.toString()));
        return new Expectations(recorded, release, kernel);
    }

    /// The release of the kernel that runs, as uname(2) tells it.
    public String release() {
        return release;
    }

    /// Whether any verdict was recorded on kernels of this one's series.
    public boolean known() {
        return !recorded.isEmpty();
    }

    /// The verdict recorded for a scenario of this name on this kernel.
    public Optional<Verdict> of(String name) {
        return Optional.ofNullable(recorded.getString(List.of(name)))
                .map(text -> Verdict.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /// What is new about a result; empty if it is as recorded, was skipped, or nothing is recorded.
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
