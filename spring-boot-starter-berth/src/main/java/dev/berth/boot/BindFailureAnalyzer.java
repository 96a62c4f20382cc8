package dev.berth.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

import java.time.Duration;
import java.util.List;

/// Names the holder of the port when an application fails because it could not bind it.
///
/// It recognises Boot's own exceptions for web servers, and any [java.net.BindException] among the
/// causes. If it has no answer (not Linux, no Java 25, not in time), Boot's own analyzers take
/// over. It never throws.
public final class BindFailureAnalyzer implements FailureAnalyzer, Ordered {
    private static final String LIMIT = "berth.analysis.timeout";
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(3);
    private static final int BEFORE_BOOT = HIGHEST_PRECEDENCE + 100;

    private final @Nullable Environment environment;

    /// Called by Spring, which passes the environment if it exists already.
    public BindFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    public int getOrder() {
        return BEFORE_BOOT;
    }

    @Override
    @SuppressWarnings("CatchingUnchecked") // An analyzer must not hide the failure with its own.
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        try {
            return BindFailure.in(failure).map(this::analysis).orElse(null);
        } catch (RuntimeException | LinkageError noAnswer) {
            // A failure of the analysis must not hide the application's failure.
            return null;
        }
    }

    private @Nullable FailureAnalysis analysis(BindFailure failure) {
        List<ConfiguredPort> configured =
                environment == null ? List.of() : ConfiguredPorts.of(environment).places();
        return ExplainerProcess.ask(Question.about(failure, configured), limit())
                .map(result -> analysis(result, failure.thrown()))
                .orElse(null);
    }

    private static FailureAnalysis analysis(ExplainerResult result, Throwable thrown) {
        return new FailureAnalysis(result.description(), result.action(), thrown);
    }

    private Duration limit() {
        String seconds = environment == null ? null : environment.getProperty(LIMIT);
        return seconds == null ? USUAL_LIMIT : Duration.ofSeconds(Long.parseLong(seconds));
    }
}
