package dev.berth.samples;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// A Spring Boot application that reports which process answered.
@SpringBootApplication
@RestController
public class BootServer {
    private final String body = "spring boot pid=" + ProcessHandle.current().pid() + "\n";

    /// Starts the application; the ports are given as Spring's own arguments.
    public static void main(String[] args) {
        SpringApplication.run(BootServer.class, args);
    }

    /// The only page.
    @GetMapping("/")
    public String page() {
        return body;
    }
}
