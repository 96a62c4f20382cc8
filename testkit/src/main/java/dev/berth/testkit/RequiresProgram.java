package dev.berth.testkit;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Skips a test unless these programs are installed. If the environment says `CI=true` a missing
/// program fails the test instead, so that gaps in coverage do not go unnoticed.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requirements.class)
public @interface RequiresProgram {
    /// Names to look up in `PATH`, or absolute paths.
    String[] value();
}
